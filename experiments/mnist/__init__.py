"""dlx beside scikit-learn on 5,000 images of MNIST."""
